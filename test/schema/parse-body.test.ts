import { expect, test } from 'vitest'
import * as z from 'zod'
import type { PublicError } from '../../src/errors.ts'
import { expected } from '../../src/schema/expected.ts'
import { parseBody } from '../../src/schema/parse-body.ts'

const schema = z.object({
  label: z.string(expected('a text')),
  color: z.string(expected('a colour')).optional(),
})

function faultsOf(body: unknown): string[] {
  try {
    parseBody(schema, body, { code: 'bad-body', caption: 'bad body' })
    return []
  } catch (error) {
    return (error as PublicError).faults.map(({ name, detail }) => `${name}: ${detail}`)
  }
}

test.each([
  [{ lable: 'a' }, ['label: expected a text, got undefined; did you mean `label` by "lable"?']],
  [{ Label: 'a' }, ['label: expected a text, got undefined; did you mean `label` by "Label"?']],
  [{ text: 'a' }, ['label: expected a text, got undefined']],
  [{ label: 1, lable: 'a' }, ['label: expected a text, got 1']],
  [{ label: 'a' }, []],
  ['label', ['body: Invalid input: expected object, received string']],
])('%j has the faults %j', (body, faults) => {
  expect(faultsOf(body)).toEqual(faults)
})
