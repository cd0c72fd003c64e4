import * as z from 'zod'
import { countField } from './fields.ts'

const processorField = z.number().min(0).meta({ description: 'Processor cores in use; 1 is one whole core.' })
const quantileField = z.number().min(0).nullable()
const quantileFields = {
  median: quantileField.meta({ description: 'Milliseconds, of half of them; null if there were none.' }),
  p95: quantileField.meta({ description: 'Milliseconds, of 95 in 100; null if there were none.' }),
}
const rateField = z.number().min(0)

/** What the server did in the last minute, as the API returns it. */
export const loadSchema = z.object({
  seconds: z.number().min(0).meta({ description: 'What it covers: a minute, or less after the start.' }),
  server: z.object({ processor: processorField, memoryBytes: countField }),
  render: z
    .object({
      processes: countField.meta({ description: 'Render processes that run.' }),
      workers: countField.meta({ description: 'Those that draw for all widgets: `--workers`.' }),
      processor: processorField,
      memoryBytes: countField,
    })
    .meta({ description: 'All render processes together.' }),
  waiting: z
    .object({ pictures: countField.meta({ description: 'That wait now.' }), ...quantileFields })
    .meta({
      description: 'Pictures that wait for a render process, and how long those that were begun had waited.',
    }),
  changes: z
    .object(quantileFields)
    .meta({ description: 'Time from a change to the picture that shows it, in open pictures.' }),
  frames: z
    .object({
      wanted: rateField.meta({ description: 'Frames a second that open animations require.' }),
      reached: rateField.meta({ description: 'Frames a second that were drawn for them.' }),
    })
    .meta({ description: 'Each picture counts once, for any number of viewers.' }),
  refusals: z
    .record(z.string(), countField)
    .meta({ description: 'Requests and connections that were refused, by reason.' }),
  cluster: z
    .object({
      isPartial: z.boolean().meta({
        description: 'Whether all counts are those of this server alone, because it cannot reach the others.',
      }),
      nodes: z.array(
        z.object({
          name: z.string().meta({ description: 'Host name and process id.' }),
          connections: countField.meta({ description: 'Open streams of this server.' }),
          rooms: countField.meta({ description: 'Rooms with viewers on this server.' }),
          isEdge: z.boolean().optional().meta({
            description: 'Whether it is an edge, which takes its pictures from another server.',
          }),
          processor: processorField.optional().meta({
            description: 'Processor cores that it and its render processes use. Absent if unknown.',
          }),
          memoryBytes: countField.optional().meta({
            description: 'Memory of the same processes. Absent if unknown.',
          }),
        }),
      ),
    })
    .optional()
    .meta({
      description:
        'The servers that share a Redis, and the edges, as they reported within the last seconds. Absent for one alone.',
    }),
})

export type Load = z.infer<typeof loadSchema>
