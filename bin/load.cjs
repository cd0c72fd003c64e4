'use strict'
// In a file of its own, because older Nodes cannot parse `import()`.
import('../dist/src/cli/main.js').catch((error) => {
  if (error.code === 'ERR_MODULE_NOT_FOUND' && String(error.message).includes('cli/main.js')) {
    process.stderr.write('Imgcast is not built yet: run `npm run build` first\n')
  } else process.stderr.write(`${error.stack}\n`)
  process.exitCode = 1
})
