/** The endings of modules that can be widgets. Apart from the loader, which the server's own process has no use for. */
export const MODULE_ENDINGS: ReadonlySet<string> = new Set(['.js', '.mjs', '.ts', '.mts'])
