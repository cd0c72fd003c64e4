import { describe, expect, test } from 'vitest'
import { decodeImage } from '../../src/picture/decode-image.ts'
import { findSvgReference } from '../../src/picture/svg-references.ts'
import { plainFrame } from '../support/frames.ts'

const FILE = 'file:///var/secret.png'
const SPACES =
  'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9"'
const svg = (content: string) => `<svg ${SPACES}>${content}</svg>`
const data = (bytes: Buffer, type = 'png') => `data:image/${type};base64,${bytes.toString('base64')}`
const png = plainFrame('#ff0000').bytes
const huge = Buffer.from(png)
huge.writeUInt32BE(60_000, 16)
huge.writeUInt32BE(60_000, 20)

describe('an SVG is decoded with', () => {
  test.each([
    '<rect width="9" height="9"/>',
    '<g id="a"/><use xlink:href="#a"/>',
    '<g id="top"><a href="#top"><path/></a></g>',
    `<path id="dot"/>${'<use href="#dot"/>'.repeat(9_000)}`,
    `${'<g>'.repeat(900)}${'</g>'.repeat(900)}`,
    '<a xlink:href="https://example.org/"><rect width="9" height="9"/></a>',
    `<image href="${data(png)}" width="9" height="9"/>`,
    '<!-- Created with https://example.org --><text>href</text>',
  ])('%.40s', async (content) => {
    expect(findSvgReference(svg(content))).toBeUndefined()
    expect(await decodeImage(Buffer.from(svg(content)))).toMatchObject({ width: 9, height: 9 })
  })
})

describe('an SVG is refused with', () => {
  test.each([
    `<image href="${FILE}"/>`,
    `<image xlink:href = ' ${FILE}'/>`,
    `<image xlink:href${' '.repeat(200)}="${FILE}"/>`,
    `<image xlink:href="&#102;ile:///var/secret.png"/>`,
    `<image any:HREF="FILE:///var/secret.png"/>`,
    `<image href="/var/secret.png"/>`,
    `<image href="http://192.0.2.1/a.png"/>`,
    `<filter><feImage xlink:href="${FILE}"/></filter>`,
    // Canvas looks at the bytes, whatever the type says.
    `<image href="${data(Buffer.from(svg(`<image xlink:href="${FILE}"/>`)))}"/>`,
    `<image href="${data(huge)}"/>`,
    // Half a value in a comment or a text would hide the next one.
    `<!-- href="# --><image href="${FILE}"/>`,
    `<a><text>href='#</text><image xlink:href='${FILE}'/></a>`,
    `<a href="x"/><image xlink:href="${FILE}"/>`,
  ])('%.60s', async (content) => {
    expect(findSvgReference(svg(content))).toMatch(/^expected an SVG without references to other files, got/)
    await expect(decodeImage(Buffer.from(svg(content)))).rejects.toThrow(TypeError)
  })

  const rows = (draw: (above: string) => string) =>
    Array.from({ length: 9 }, (_, row) => `<g id="r${row + 1}">${draw(`r${row}`).repeat(10)}</g>`).join('')
  test.each([
    ['use', rows((id) => `<use xlink:href="#${id}"/>`)],
    ['use in comments', rows((id) => `<use href="#${id}"/><!-- </g> --><![CDATA[</g>]]>`)],
    ['a mark in a value', rows((id) => `<use x="/>" href="#${id}"/>`)],
    ['characters as numbers', rows((id) => `<use href="#&#x72;${id.slice(1)}"/>`)],
    ['masks', rows((id) => `<path style="mask: url( '#${id}')"/>`)],
    ['inherited paints', rows((id) => `<g fill="url(#${id})"><path/><path/></g>`)],
  ])('references that multiply: %s', (_name, content) => {
    const text = svg(`<g id="r0"><path/></g>${content}<use href="#r9"/>`)
    expect(findSvgReference(text)).toBe('expected an SVG whose references draw up to 50000 more elements')
  })

  test('too many elements', () => {
    expect(findSvgReference(svg('<a '.repeat(150_000)))).toBe('expected an SVG of at most 100000 elements')
  })

  test('elements that refer to themselves', () => {
    const text = svg('<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>')
    expect(findSvgReference(text)).toMatch(/themselves$/)
  })

  test('entities, which could hide a reference', () => {
    const text = `<!DOCTYPE svg [<!ENTITY e "${FILE}">]>${svg('<image xlink:href="&e;"/>')}`
    expect(findSvgReference(text)).toBe('expected an SVG without entities')
  })
})
