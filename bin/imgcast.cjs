#!/usr/bin/env node
'use strict'
// ES2015 syntax only in this file and in check-node.cjs: an old Node has to parse them to print why it is refused.
require('./check-node.cjs')
require('./load.cjs')
