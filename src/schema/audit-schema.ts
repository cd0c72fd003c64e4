import * as z from 'zod'
import { countField } from './fields.ts'

/** How a counted stream and a socket of the kernel can differ. */
export const DIFFERENCE_KINDS = ['no-socket', 'closing', 'unanswered', 'not-a-stream'] as const

const differenceSchema = z.object({
  kind: z.enum(DIFFERENCE_KINDS),
  remote: z.string(),
  streams: countField,
})

const comparison = {
  agrees: z.boolean().meta({ description: 'Whether every counted stream has an established socket.' }),
  counted: z.object({ streams: countField, sockets: countField }),
  kernel: z.object({ established: countField }),
}

const namesField = z
  .array(z.string().max(300))
  .max(1_000)
  .meta({ description: 'Host name and process id of each process of this machine that serves the port.' })

/** The comparison of one machine, or why there is none, as servers send it to each other. */
export const nodeAuditSchema = z.object({
  names: namesField,
  isEdge: z.boolean().optional(),
  fault: z.string().max(300).optional(),
  ...comparison,
  differences: z.array(differenceSchema).max(2_000),
})

/** The counts of all servers, each compared with its own kernel. */
export const auditSchema = z.object({
  ...comparison,
  differences: z.array(
    differenceSchema.extend({
      meaning: z.string(),
      node: z.string().optional().meta({ description: 'The server; absent if there is only one.' }),
    }),
  ),
  nodes: z
    .array(
      z.object({
        names: namesField,
        isEdge: z.boolean().optional(),
        fault: z.string().optional().meta({ description: 'Why its counts could not be compared.' }),
        ...comparison,
      }),
    )
    .optional()
    .meta({ description: 'Each server; absent for one alone. The other figures are their sums.' }),
  missing: z.array(z.string()).optional().meta({
    description: 'Servers that did not reply, or could not compare: the audit is one of the others only.',
  }),
})

export type NodeAudit = z.infer<typeof nodeAuditSchema>
export type AuditReport = z.infer<typeof auditSchema>
