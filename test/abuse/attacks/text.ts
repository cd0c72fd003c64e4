import { head, range, send, type Target } from './send.ts'

const CHROMIUM = { 'Sec-Fetch-Dest': 'image', Accept: 'image/*' }

/** Long texts, each where a parser once took more than linear time. */
export const TEXT_ATTACKS: Readonly<Record<string, (target: Target) => Promise<void>>> = {
  'URLs of colons': (target) =>
    send(
      target,
      range(20 * target.scale).map(() => head(`/x/${':'.repeat(15_000)}/click`)),
    ),
  'user agents of Gecko': (target) =>
    send(
      target,
      range(50 * target.scale).map(() => head('/online.png', { 'User-Agent': 'Gecko/1 '.repeat(1800) })),
    ),
  'long referrers': (target) =>
    send(
      target,
      range(50 * target.scale).map(() => head('/online.png', { Referer: `http://${'a.'.repeat(7000)}` })),
    ),
  'long cookies': (target) =>
    send(
      target,
      range(50 * target.scale).map(() => head('/dashboard', { Cookie: 'imgcast_dashboard=1;'.repeat(700) })),
    ),
  'bad URLs, all different': (target) =>
    send(
      target,
      range(480 * target.scale).map((n) => head(wrongPath(n), CHROMIUM)),
      60,
    ),
  'bad URLs of one address': (target) =>
    send(
      target,
      range(480 * target.scale).map((n) => head(wrongPath(n), CHROMIUM)),
      60,
      0,
    ),
  'invented rooms': (target) =>
    send(
      target,
      range(500 * target.scale).map((n) => head(`/online/made-up-${n}.json`)),
      60,
    ),
  'room lists of invented rooms': (target) =>
    send(
      target,
      range(50 * target.scale).map((n) =>
        head(`/rooms.json?show=${range(24).map((room) => `online/r${n}-${room}`)}`),
      ),
      20,
    ),
  'wrong tokens': (target) =>
    send(
      target,
      range(200 * target.scale).map((n) =>
        head('/api/rooms', { Authorization: `Bearer wrong-token-number-${n}` }),
      ),
      50,
    ),
}

/** A path that is wrong in one of several ways, and in no two calls the same. */
function wrongPath(turn: number): string {
  const paths = [
    `/online/a.png?width=${turn}x`,
    `/nothing${turn}/a.png`,
    `/sine/a.png?color=nope${turn}&width=${100 + (turn % 900)}`,
    `/grid/a.png?show=nope${turn}/a`,
  ]
  return paths[turn % paths.length] ?? '/'
}
