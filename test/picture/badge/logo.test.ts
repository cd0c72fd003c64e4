import { describe, expect, test } from 'vitest'
import { Logos } from '../../../src/picture/badge/logo.ts'

const logos = new Logos()

describe('the logo of a brand', () => {
  test.each([
    ['nodedotjs', 'node.js'],
    ['nodedotjs', 'Node.js'],
    ['cplusplus', 'c++'],
    ['dotnet', '.net'],
    ['socketdotio', 'socket.io'],
    ['googlechrome', 'Google Chrome'],
    ['googlechrome', 'google-chrome'],
    ['diagramsdotnet', 'draw.io'],
  ])('%s has the name %s too, as READMEs write it', (slug, name) => {
    const bySlug = logos.read(slug)
    expect(bySlug).toHaveProperty('logo')
    expect(logos.read(name)).toEqual(bySlug)
  })

  test.each(['', '-', 'nosuchlogo', '../../package', '__proto__', 'constructor', 'x'.repeat(2_000)])(
    'is none of %j',
    (name) => {
      expect(logos.read(name)).toHaveProperty('fault')
    },
  )
})
