import { RuleTester } from 'eslint'
import tseslint from 'typescript-eslint'
import { describe, expect, it } from 'vitest'
import { arrows, judgeImport } from '../../../build/lint/arrows.js'

RuleTester.describe = describe
RuleTester.it = it

const root = process.platform === 'win32' ? 'C:\\house' : '/house'
const options = [{ root }]
const at = (file: string) => `${root}/${file}`
const tester = new RuleTester({ languageOptions: { parser: tseslint.parser, sourceType: 'module' } })

const ok = (file: string, code: string) => ({ code, filename: at(file), options })
const wrong = (file: string, code: string, messageId: string) => ({ code, filename: at(file), options, errors: [{ messageId }] })

tester.run('arrows', arrows, {
  valid: [
    ok('contract/run.ts', "import { z } from 'zod'; import { findingSchema } from './finding'"),
    ok('electron/core/store/runs.ts', "import fs from 'node:fs'; import { z } from '../../../contract/run'"),
    ok('electron/main/index.ts', "import { app } from 'electron'; import { createCore } from '../core/core'"),
    ok('electron/main/ipc/events.ts', "window.webContents.send('run.changed', {})"),
    ok('electron/preload/index.ts', "import { ipcRenderer } from 'electron'; import type { Bridge } from '../../contract/ipc'; ipcRenderer.send('x')"),
    ok('electron/cli/index.ts', "import { createCore } from '../core/core'"),
    ok('renderer/api.ts', 'export const bridge = window.enginesmith'),
    ok('renderer/stores/runs.ts', "import { call } from '../api'; import { defineStore } from 'pinia'; import type { RunSnapshot } from '../../contract/run'"),
    // Files outside of the house are nobody's business here.
    ok('test/unit/x.test.ts', "import { app } from 'electron'; import fs from 'node:fs'"),
  ],
  invalid: [
    wrong('contract/run.ts', "import fs from 'node:fs'", 'arrow'),
    wrong('contract/run.ts', "import { x } from 'vue'", 'arrow'),
    wrong('contract/run.ts', "import { x } from '../electron/core/api'", 'arrow'),
    wrong('electron/core/api.ts', "import { app } from 'electron'", 'arrow'),
    wrong('electron/core/api.ts', "import type { App } from 'electron'", 'arrow'),
    wrong('electron/core/api.ts', "export { x } from '../main/windows'", 'arrow'),
    wrong('electron/core/api.ts', "const x = await import('electron')", 'arrow'),
    wrong('electron/core/api.ts', "const x = require('electron/main')", 'arrow'),
    wrong('electron/core/api.ts', "type A = import('electron').App", 'arrow'),
    wrong('electron/core/api.ts', "export * from '../../renderer/api'", 'arrow'),
    wrong('electron/cli/index.ts', "import { x } from '../main/app'", 'arrow'),
    wrong('electron/main/index.ts', "import { x } from '../preload/index'", 'arrow'),
    wrong('electron/main/index.ts', "import { x } from '../../renderer/theme/tokens'", 'arrow'),
    wrong('electron/preload/index.ts', "import path from 'path'", 'arrow'),
    wrong('electron/preload/index.ts', "import { z } from 'zod'", 'arrow'),
    wrong('electron/preload/index.ts', "import { x } from '../core/errors'", 'arrow'),
    wrong('renderer/api.ts', "import fs from 'fs'", 'arrow'),
    wrong('renderer/api.ts', "import fs from 'fs/promises'", 'arrow'),
    wrong('renderer/api.ts', "import { shell } from 'electron'", 'arrow'),
    wrong('renderer/api.ts', "import { execa } from 'execa'", 'arrow'),
    wrong('renderer/api.ts', "import { x } from '../electron/core/errors'", 'arrow'),
    wrong('renderer/stores/runs.ts', 'const x = window.enginesmith', 'bridge'),
    wrong('renderer/stores/runs.ts', "const x = globalThis['enginesmith']", 'bridge'),
    wrong('electron/main/windows.ts', "win.webContents.send('x')", 'send'),
    wrong('electron/main/windows.ts', "webContents.send('x')", 'send'),
    { ...wrong('electron/main/windows.ts', "import { ipcRenderer } from 'electron'", 'ipcRenderer') },
  ],
})

describe('judgeImport', () => {
  it('says why, in words', () => {
    expect(judgeImport('electron/core/x.ts', 'electron')).toContain('electron/core/ is plain Node')
    expect(judgeImport('electron/core/x.ts', '../../renderer/api')).toContain('renderer/api is not its to import')
  })

  it('takes the folder that is nearest', () => {
    expect(judgeImport('electron/core/engines/a/build.ts', '../../errors')).toBeNull()
    expect(judgeImport('electron/core/engines/a/build.ts', '../../../main/app')).not.toBeNull()
  })
})
