/** The body of `.json` without what every picture has: its words and its age. */
export function withoutWords(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body
  const { alt: _, age: __, ...rest } = body as Record<string, unknown>
  return rest
}
