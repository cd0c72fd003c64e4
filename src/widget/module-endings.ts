/** File extensions of widget modules. Kept apart from the loader, which the server's own process does not need. */
export const MODULE_ENDINGS: ReadonlySet<string> = new Set(['.js', '.mjs', '.jsx', '.ts', '.mts', '.tsx'])
