'use strict'
// Exits before anything is imported that an old Node cannot run.
const needed = require('../package.json').engines.node.replace('>=', '')
const running = process.versions.node
const [major, minor] = needed.split('.').map(Number)
const [runningMajor, runningMinor] = running.split('.').map(Number)

if (runningMajor < major || (runningMajor === major && runningMinor < minor)) {
  const remedy = 'Install a newer Node from https://nodejs.org'
  process.stderr.write(`Imgcast needs Node ${needed} or newer, this is Node ${running}. ${remedy}\n`)
  process.exit(1)
}
