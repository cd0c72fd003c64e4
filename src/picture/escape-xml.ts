/** Escapes a text for XML, without the control characters that XML does not allow. */
export function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('"', '&quot;')
    .replaceAll(/[^\P{C}\p{Cf}]/gu, '')
}
