/**
 * The parts of the server that built-in widgets serve, each with the parameters that the server sets. The server finds
 * these widgets by their role: no code outside of a widget's own module knows its name.
 */
export const ROLES = {
  /** Shows how many people watch a room, or how many streams are open, and to image proxies its loads. The doctor watches it. */
  'viewer-count': ['count', 'loads'],
  /** Changes at regular intervals. The doctor measures its pace. */
  ticker: ['interval'],
  /** Shows the counts of several rooms as a table, in the dashboard. */
  'room-table': ['show', 'names', 'cell', 'background', 'counts'],
  /** Shows the history of a room, in the dashboard. */
  'history-chart': ['room', 'span', 'label', 'theme'],
  /** Shows several pictures in one, in the dashboard. */
  'picture-grid': ['show', 'columns', 'gap'],
  /** Shows the statuses that the API sets: its rooms store them. The server writes its SVG. */
  'status-badge': ['show', 'of', 'style'],
  /** Shows the badge that its key describes. The server reads its URLs and writes its SVG. */
  'static-badge': ['label', 'message', 'color', 'labelColor', 'style'],
  /** Shows the pictures that the API sends: untouched, or drawn in another look. */
  'pushed-picture': ['fit', 'crop'],
  /** Shows the frames of a camera: untouched, or drawn in another look. */
  'camera-frames': ['fit', 'crop', 'overlay'],
} as const

/** A part of the server that a built-in widget serves. */
export type Role = keyof typeof ROLES

/** The roles whose pictures come from elsewhere as encoded frames, and have the size of these. */
const FRAME_ROLES: ReadonlySet<Role | undefined> = new Set<Role>(['pushed-picture', 'camera-frames'])

/** The names of the widgets with a role. */
export type Roles = ReadonlyMap<Role, string>

/** Whether a text is a role. */
export function isRole(text: unknown): text is Role {
  return typeof text === 'string' && Object.hasOwn(ROLES, text)
}

/** Whether the pictures of a role are frames from elsewhere. Their size is that of the frames unless a viewer chooses one. */
export function showsFrames(role: Role | undefined): boolean {
  return FRAME_ROLES.has(role)
}

/** Returns the name of the widget with a role. @throws Error if no widget has it: the installation is incomplete. */
export function widgetOf(roles: Roles, role: Role): string {
  const name = roles.get(role)
  if (name === undefined) throw new Error(`no built-in widget has the role ${role}`)
  return name
}
