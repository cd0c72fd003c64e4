import { GONE, inPath, type Json, json, operation, ref, tagged } from './parts.ts'

const ID = inPath('id', 'The id of the hook.')

/** The paths of webhooks. */
export function hookPaths(): Json {
  const tag = 'Webhooks'
  return {
    '/api/hooks': {
      get: operation({
        id: 'listHooks',
        tag,
        summary: 'List webhooks',
        answers: tagged('The hooks, the oldest first.', ref('HookList')),
      }),
      post: operation({
        id: 'addHook',
        tag,
        summary: 'Add a webhook',
        description:
          'A message of the schema `HookMessage` is sent once when the condition has held for long enough, and again only ' +
          'after it was false and the cooldown is over. It is signed by Standard Webhooks, and retried with growing ' +
          'pauses until the receiver returns 2xx.',
        body: ref('HookSettings'),
        answers: {
          201: json('The hook, with its secret.', ref('NewHook'), {
            Location: { description: 'The path of the hook.', schema: { type: 'string' } },
          }),
        },
        problems: [409],
      }),
    },
    '/api/hooks/{id}': {
      parameters: [ID],
      get: operation({
        id: 'getHook',
        tag,
        summary: 'Get a webhook',
        answers: tagged('The hook.', ref('Hook')),
        problems: [400, 404],
      }),
      delete: operation({
        id: 'deleteHook',
        tag,
        summary: 'Delete a webhook',
        answers: GONE,
        problems: [400, 404],
      }),
    },
    '/api/hooks/{id}/log': {
      parameters: [ID],
      get: operation({
        id: 'listDeliveries',
        tag,
        summary: 'List the deliveries of a webhook',
        answers: tagged('The last deliveries, the newest first.', ref('DeliveryLog')),
        problems: [400, 404],
      }),
    },
  }
}
