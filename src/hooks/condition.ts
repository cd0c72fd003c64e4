import { quote } from '../errors.ts'
import { EXAMPLE_ROOM } from '../widget/example-room.ts'
import { isKeyText } from '../widget/key.ts'
import { isWidgetName, parseRoom } from '../widget/room.ts'

/** A condition on one number of one room: `visitors(online/blog) > 100`. */
export interface Condition {
  measure: Measure
  room: string
  operator: Operator
  number: number
}

export type Measure = (typeof MEASURES)[number]
export type Operator = keyof typeof OPERATORS

/** The counts that a condition can use. */
export const MEASURES = ['visitors', 'connections', 'hits'] as const

const OPERATORS = {
  '>=': (value: number, number: number) => value >= number,
  '<=': (value: number, number: number) => value <= number,
  '==': (value: number, number: number) => value === number,
  '!=': (value: number, number: number) => value !== number,
  '>': (value: number, number: number) => value > number,
  '<': (value: number, number: number) => value < number,
}
/** A condition, for help texts. */
export const EXAMPLE_CONDITION = `visitors(${EXAMPLE_ROOM}) > 100`

/**
 * Reads `visitors(<room>) <operator> <number>`, or the same with `connections` or `hits`; spaces are ignored.
 * @throws TypeError that names the expected and the actual text.
 */
export function parseCondition(text: string): Condition {
  let rest = text.trim()
  const take = (pattern: RegExp, expected: string): string => {
    const found = pattern.exec(rest)?.[0]
    if (found === undefined) {
      const came = rest === '' ? 'nothing more' : quote(rest)
      throw new TypeError(`expected ${expected}, got ${came}, in a condition like ${EXAMPLE_CONDITION}`)
    }
    rest = rest.slice(found.length).trimStart()
    return found
  }
  const measure = take(/^(visitors|connections|hits)(?![\w-])/, `one of ${MEASURES.join(', ')}`) as Measure
  take(/^\(/, `( after ${measure}`)
  // A key may contain parentheses and spaces; after the last one there are only an operator and a number.
  const end = rest.includes(')') ? rest.lastIndexOf(')') : rest.search(/[\s<>=!]|$/)
  const room = rest.slice(0, end).trim()
  if (room === '') take(/^(?!)/, `a room like ${EXAMPLE_ROOM}`)
  rest = rest.slice(end).trimStart()
  if (!isRoom(room)) throw new TypeError(`expected a room like ${EXAMPLE_ROOM}, got ${quote(room)}`)
  take(/^\)/, `) after ${room}`)
  const operators = Object.keys(OPERATORS).join(' ')
  const operator = take(/^(>=|<=|==|!=|>|<)(?!=)/, `one of ${operators}`) as Operator
  const number = Number(take(/^\d{1,15}(?![\w.])/, 'a whole number'))
  if (rest !== '') throw new TypeError(`expected nothing after ${number}, got ${quote(rest)}`)
  return { measure, room, operator, number }
}

function isRoom(text: string): boolean {
  const { widget, key } = parseRoom(text)
  return isWidgetName(widget) && isKeyText(key)
}

/** Formats a condition, equal conditions in the same way. */
export function formatCondition({ measure, room, operator, number }: Condition): string {
  return `${measure}(${room}) ${operator} ${number}`
}

/** Whether a condition is true for a value. */
export function holds({ operator, number }: Condition, value: number): boolean {
  return OPERATORS[operator](value, number)
}
