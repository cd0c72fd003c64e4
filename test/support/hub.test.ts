import { describeBus } from '../cluster/bus.contract.ts'
import { describeLeases } from '../cluster/leases.contract.ts'
import { describePresence, type PresenceNode } from '../cluster/presence.contract.ts'
import { describeStore } from '../cluster/store.contract.ts'
import { describeViewerSecrets } from '../cluster/viewer-secrets.contract.ts'
import { Hub, type HubNode } from './hub.ts'

describeBus('the bus of a hub', () => {
  const hub = new Hub()
  const [one, other] = [hub.join(), hub.join()]
  return {
    nodes: [one.bus, other.bus],
    logged: one.bus.logged,
    cut: async () => other.cut(),
    reconnect: async () => other.reconnect(),
  }
})

describeLeases('the leases of a hub', () => {
  const hub = new Hub()
  return { nodes: [hub.join().parts.leases, hub.join().parts.leases], pass: (time) => hub.pass(time) }
})

describePresence('the presence of a hub', () => {
  const hub = new Hub()
  const node = (given: PresenceNode) => given as HubNode
  return {
    nodes: [hub.join(), hub.join(), hub.join()],
    pass: (time) => hub.pass(time),
    kill: (given) => node(given).kill(),
    cut: async (given) => node(given).cut(),
    reconnect: async (given) => node(given).reconnect(),
  }
})

describeStore('the store of a hub', (bus) => new Hub().storeOf(bus))

describeViewerSecrets('the viewer secrets of a hub', () => {
  const hub = new Hub()
  return [hub.join().parts.viewerSecrets, hub.join().parts.viewerSecrets]
})
