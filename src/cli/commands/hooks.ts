import * as z from 'zod'
import { EXAMPLE_CONDITION } from '../../hooks/condition.ts'
import { parseHook } from '../../hooks/hook.ts'
import { deliveryLogSchema, hookSchema, newHookSchema } from '../../http/api/schemas.ts'
import { type Action, readAction, toTable } from '../actions.ts'
import { NOTHING } from '../call-api.ts'
import type { Command, Words } from '../command.ts'
import { SERVER_OPTIONS } from '../server-option.ts'

/** The fields of a hook that are shown. */
const HOOK = { id: true, url: true, when: true, for: true, holds: true } as const
const shownHookSchema = hookSchema.pick(HOOK)
const shownDeliverySchema = deliveryLogSchema.shape.deliveries.element.omit({ message: true })
const ADDED = { name: 'hook', schema: newHookSchema.pick({ ...HOOK, secret: true }) }
const LIST = { name: 'list of hooks', schema: z.object({ hooks: z.array(shownHookSchema) }) }
const LOG = { name: 'list of deliveries', schema: z.object({ deliveries: z.array(shownDeliverySchema) }) }
type Hook = z.infer<typeof shownHookSchema>
type Delivery = z.infer<typeof shownDeliverySchema>

const NO_TIME = '0ms'

const ACTIONS: Readonly<Record<string, Action>> = {
  add: {
    operands: ['<url>'],
    flags: ['when', 'for', 'cooldown'],
    checks: [(operands, flags) => parseHook(toHookBody(operands, flags))],
    run: async (call, operands, flags) => {
      const body = toHookBody(operands, flags)
      const hook = await call({ method: 'POST', path: '/hooks', body, expected: ADDED })
      return `${formatHook(hook)}\nThe secret that signs its messages, shown only once:\n${hook.secret}\n`
    },
  },
  list: {
    operands: [],
    flags: [],
    checks: [],
    run: async (call) => {
      const { hooks } = await call({ method: 'GET', path: '/hooks', expected: LIST })
      if (hooks.length === 0) return 'There are no webhooks.\n'
      const rows = hooks.map((hook) => [hook.id, formatCondition(hook), hook.holds ? 'holds' : '', hook.url])
      return `${toTable([['ID', 'WHEN', 'NOW', 'URL'], ...rows])}\n`
    },
  },
  rm: {
    operands: ['<id>'],
    flags: [],
    checks: [],
    run: async (call, [id = '']) => {
      await call({ method: 'DELETE', path: `/hooks/${encodeURIComponent(id)}`, expected: NOTHING })
      return `Deleted webhook ${id}.\n`
    },
  },
  log: {
    operands: ['<id>'],
    flags: [],
    checks: [],
    run: async (call, [id = '']) => {
      const path = `/hooks/${encodeURIComponent(id)}/log`
      const { deliveries } = await call({ method: 'GET', path, expected: LOG })
      if (deliveries.length === 0) return 'No messages yet.\n'
      return `${deliveries.map(formatDelivery).join('\n')}\n`
    },
  },
}

/** Adds, lists and removes webhooks of a running server, and shows their deliveries. */
export const hooksCommand: Command = {
  name: 'hooks',
  about: 'manage webhooks, sent when a room meets a condition',
  operand: `<${Object.keys(ACTIONS).join('|')}> [url|id]`,
  options: SERVER_OPTIONS,
  flags: [
    {
      flag: '--when <condition>',
      help: `condition that sends the webhook, like '${EXAMPLE_CONDITION}'`,
    },
    { flag: '--for <time>', help: 'how long the condition must be true first, like 1m (default 0s)' },
    { flag: '--cooldown <time>', help: 'minimum time between two messages, like 1m (default 10s)' },
  ],
  read: (words, faults) => readAction(ACTIONS, words, faults),
}

/** The request body for a new webhook, not yet validated. */
function toHookBody([url]: readonly string[], { when = '', for: duration, cooldown }: Words['flags']) {
  return {
    url,
    when,
    ...(duration !== undefined && { for: duration }),
    ...(cooldown !== undefined && { cooldown }),
  }
}

function formatHook(hook: Hook): string {
  return `${hook.id}  ${formatCondition(hook)}  ${hook.url}`
}

function formatCondition({ when, for: duration }: Hook): string {
  return duration === NO_TIME ? when : `${when} for ${duration}`
}

function formatDelivery({ id, state, attempts, next }: Delivery): string {
  const tries = attempts.map(({ at, status, error }) => `  ${at}  ${error ?? status}`)
  const coming = next === null ? [] : [`  ${next}  next attempt`]
  return [`${id}  ${state}`, ...tries, ...coming].join('\n')
}
