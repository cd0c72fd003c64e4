import { expect, test } from 'vitest'
import { findSvgLogoFault } from '../../../src/picture/badge/svg-logo.ts'

const svg = (content: string, attributes = '') =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"${attributes}>${content}</svg>`

test.each([
  svg('<path d="M0 0h24v24z" fill="#fff"/>'),
  svg('<!-- drawn by hand --><g><circle cx="1" cy="1" r="1"/></g>'),
  svg('<style>.a{fill:red}</style><rect class="a" width="4" height="4"/>'),
  svg('<defs><linearGradient id="g"><stop/></linearGradient></defs><rect fill="url(#g)"/>'),
  `<?xml version="1.0"?>${svg('<path d=""/>', ' width="64px" height="64px"')}`,
])('%s is a logo', (text) => {
  expect(findSvgLogoFault(text)).toBeUndefined()
})

test.each([
  ['text', 'expected an SVG'],
  [svg('<script>alert(1)</script>'), 'got <script>'],
  [svg('<foreignObject/>'), 'got <foreignObject>'],
  [svg('<use href="#a"/>'), 'got <use>'],
  [svg('<filter/>'), 'got <filter>'],
  [svg('<image href="https://example.com/"/>'), 'got <image>'],
  [svg('<path onload="alert(1)"/>'), 'without onload='],
  [svg('<rect fill="url(https://example.com/)"/>'), 'without url('],
  [svg('<style>@import "https://example.com/"</style>'), 'without @import'],
  [svg('<path stroke-dasharray="0.001"/>'), 'without stroke-dasharray'],
  [`<!DOCTYPE svg [<!ENTITY a "aaa">]>${svg('')}`, 'without <!'],
  [svg('', ' width="90000"'), 'at most 2000 pixels'],
])('%s is none', (text, fault) => {
  expect(findSvgLogoFault(text)).toContain(fault)
})
