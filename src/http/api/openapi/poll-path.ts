import { GONE, type Json, json, operation, tagged } from './parts.ts'

/** What distinguishes the poll of a status from that of a series. */
interface PollPath {
  tag: string
  parameters: Json[]
  /** The end of the operations' ids: `Poll` makes `getPoll`. */
  id: string
  /** What it is the poll of: `a status`. */
  of: string
  settings: Json
  report: Json
}

/** The path of a poll. */
export function pollOf({ tag, parameters, id, of, settings, report }: PollPath): Json {
  return {
    parameters,
    get: operation({
      ...{ id: `get${id}`, tag },
      summary: `Get the poll of ${of} and its last result`,
      answers: tagged('The poll.', report),
      problems: [400, 404],
    }),
    put: operation({
      ...{ id: `set${id}`, tag },
      summary: `Poll a URL for ${of}`,
      description:
        'The server fetches the URL itself. Addresses that are not public are refused unless the server runs with ' +
        '`--allow-private-targets`. Redirects are not followed.',
      body: settings,
      answers: { 200: json('The poll.', report) },
      problems: [409],
    }),
    delete: operation({
      ...{ id: `delete${id}`, tag },
      summary: `Delete the poll of ${of}`,
      answers: GONE,
      problems: [400, 404],
    }),
  }
}
