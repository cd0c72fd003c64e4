import type { Logger } from 'pino'
import { CameraFrameSource, cameraData } from '../camera/camera-frame-source.ts'
import { Cameras } from '../camera/cameras.ts'
import type { PushedData } from '../channel/pushed-data.ts'
import { RoleFrameSources } from '../channel/role-frame-sources.ts'
import type { ChannelSpec } from '../channel/spec.ts'
import { WidgetFrameSources } from '../channel/widget-frame-sources.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Driver } from '../cluster/driver.ts'
import { createPictureFiles, pictureFolder } from '../pushed/picture-files.ts'
import { PushedFrameSource } from '../pushed/pushed-frame-source.ts'
import { PushedPictures } from '../pushed/pushed-pictures.ts'
import type { Renderer } from '../render/renderer.ts'
import { OutgoingClient } from '../system/outgoing.ts'
import type { Closers } from './closers.ts'
import type { Options } from './options.ts'

/** What frames from elsewhere need. */
interface FramesInit {
  renderer: Renderer
  cluster: Cluster
  options: Options
  /** The host app's own driver, in place of the store's location. */
  driver: Driver | undefined
  client: OutgoingClient
  log: Logger
  closers: Closers
}

/** Creates the parts that show frames from elsewhere: pushed pictures and cameras. */
export function createFramesFromElsewhere(init: FramesInit) {
  const { renderer, cluster, options, driver, client, log, closers } = init
  const { store, bus } = cluster
  const files = createPictureFiles(pictureFolder(driver ? undefined : options.store), cluster.files)
  const pictures = new PushedPictures({ ...options, renderer, store, bus, files })
  closers.defer(() => pictures.close())
  const cameras = new Cameras({
    ...{ ...options, roles: renderer.roles, store, bus, log, client },
    ownClient: new OutgoingClient({ allowPrivateTargets: true }),
  })
  closers.defer(() => cameras.close())
  return {
    pictures,
    cameras,
    /** The frame sources of all pictures. @param init what those of widgets that draw need */
    sources: (init: ConstructorParameters<typeof WidgetFrameSources>[0]) =>
      new RoleFrameSources(renderer, new WidgetFrameSources(init), {
        'pushed-picture': (spec) => new PushedFrameSource(pictures, renderer, spec),
        'camera-frames': (spec) => new CameraFrameSource(cameras, renderer, spec),
      }),
    /** Adds to the data of pictures what a camera's widget knows of it. */
    withCameras: (pushedData: Pick<PushedData, 'of'>): Pick<PushedData, 'of'> => ({
      of: (spec) =>
        spec.widget === cameras.widget ? { data: cameraData(cameras, spec.key) } : pushedData.of(spec),
    }),
    /** Milliseconds since a pushed picture was pushed, if it is late; else 0. */
    lateAge: ({ widget, key }: ChannelSpec) =>
      renderer.roles.get('pushed-picture') === widget ? pictures.lateAge(key) : 0,
    /** Reads what is stored and configured. Rejects with an `Error` for a wrong file of cameras. */
    load: async () => {
      await Promise.all([pictures.load(), cameras.load()])
      if (options.cameras === undefined) return
      // With its parser of YAML, which most servers do not need.
      const { followCameraFile } = await import('../camera/camera-file.ts')
      const file = await followCameraFile(options.cameras, (specs) => cameras.configure(specs), log)
      closers.defer(() => file.close())
    },
  }
}
