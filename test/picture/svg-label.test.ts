import { expect, test } from 'vitest'
import { labelSvg } from '../../src/picture/svg-label.ts'

const words = 'two < three & "four"'
const escaped = 'two &lt; three &amp; &quot;four&quot;'

test.each([
  [
    '<svg width="1"><path d=""/></svg>',
    `<svg width="1" role="img" aria-label="${escaped}"><title>${escaped}</title><path d=""/></svg>`,
  ],
  [
    '<?xml version="1.0"?><svg/>',
    `<?xml version="1.0"?><svg role="img" aria-label="${escaped}"><title>${escaped}</title></svg>`,
  ],
  [
    '<svg role="img" aria-label="own"><title>own</title></svg>',
    '<svg role="img" aria-label="own"><title>own</title></svg>',
  ],
  [
    '<svg data-a=">"><g/></svg>',
    `<svg data-a=">" role="img" aria-label="${escaped}"><title>${escaped}</title><g/></svg>`,
  ],
  ['no svg', 'no svg'],
])('an SVG gets a title and a role where it has none: %s', (svg, labelled) => {
  expect(labelSvg(svg, words)).toBe(labelled)
})
