import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { MAX_HOOKS } from '../../src/hooks/hooks.ts'
import { createOpenApiDocument } from '../../src/http/api/openapi/openapi-document.ts'
import { DEFAULT_LIMIT, DEFAULT_SORT, MAX_LIMIT, SORTS } from '../../src/http/room-list.ts'

const page = readFileSync('docs/api.md', 'utf8')

test('docs/api.md names every path of the API', () => {
  const { paths } = createOpenApiDocument('/') as { paths: object }
  for (const path of Object.keys(paths)) {
    const written = path.replaceAll(/\{(\w+)\}/g, '<$1>')
    const example = path
      .replace('{widget}/{key}', 'online/blog')
      .replace('{name}', 'color')
      .replace('{key}', 'ci')
    expect([path, page.includes(written) || page.includes(example)]).toEqual([path, true])
  }
})

test('docs/api.md names every way to sort, and the limits', () => {
  for (const sort of SORTS) expect(page).toContain(`\`${sort}\``)
  expect(page).toContain(`Default \`${DEFAULT_SORT}\``)
  expect(page).toContain(`1 to ${MAX_LIMIT}. Default ${DEFAULT_LIMIT}`)
  expect(page).toContain(`There can be ${MAX_HOOKS}.`)
})
