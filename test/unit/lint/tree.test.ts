import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { ESLint } from 'eslint'
import tseslint from 'typescript-eslint'
import vueParser from 'vue-eslint-parser'
import { describe, expect, it } from 'vitest'
import { arrows } from '../../../build/lint/arrows.js'
import { judgeIncludes, judgeTree } from '../../../build/lint/includes.mjs'
import { root } from '../../../build/lib/paths.mjs'

/** Every file that is or would be committed. */
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8', maxBuffer: 1e8 })
  .split('\n')
  .filter((file) => file !== '' && fs.existsSync(path.join(root, file)))

const read = (file: string) => fs.readFileSync(path.join(root, file), 'utf8')
const isMade = (file: string) => /(^|\/)(generated|fixtures)(\/|$)/.test(file) || /\bgenerated\b/.test(file)
const sources = files.filter((file) => /\.(ts|vue|cpp|h|py|mjs|js)$/.test(file) && !isMade(file))
const text = files.filter(
  (file) => /\.(ts|vue|cpp|h|py|mjs|js|cjs|json|md|toml|txt|yml|html|css|svg|sh|cmake|desktop)$/.test(file) || !path.basename(file).includes('.', 1),
)

describe('the tree', () => {
  it('has files to judge', () => {
    expect(sources.length).toBeGreaterThan(100)
  })

  it('has no source file over 400 lines', () => {
    const long = sources.map((file) => ({ file, lines: read(file).split('\n').length - 1 })).filter(({ lines }) => lines > 400)
    expect(long).toEqual([])
  })

  it('has no note of unfinished work', () => {
    const pattern = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX'].join('|')})\\b`)
    // The lint configuration names the words that it forbids, in lower case.
    expect(sources.filter((file) => pattern.test(read(file)))).toEqual([])
  })

  it('names no package registry and no path of one machine', () => {
    const hosts = [
      ['registry', 'npmjs', 'org'],
      ['registry', 'yarnpkg', 'com'],
      ['pypi', 'org'],
      ['files', 'pythonhosted', 'org'],
      ['download', 'pytorch', 'org'],
      ['pypi', 'nvidia', 'com'],
      ['deb', 'debian', 'org'],
      ['static', 'crates', 'io'],
      ['proxy', 'golang', 'org'],
    ].map((parts) => parts.join('.'))
    const machine = [
      ['', 'work', ''],
      ['', 'opt', 'wheels'],
      ['', 'root', '.'],
    ].map((parts) => parts.join('/'))
    const found = text.flatMap((file) => {
      const content = read(file)
      return [...hosts, ...machine].filter((word) => content.includes(word)).map((word) => `${file}: ${word}`)
    })
    expect(found).toEqual([])
  })

  it('obeys the arrows, every file of the house', async () => {
    const eslint = new ESLint({
      cwd: root,
      overrideConfigFile: true,
      overrideConfig: [
        { files: ['**/*.ts'], languageOptions: { parser: tseslint.parser } },
        { files: ['**/*.vue'], languageOptions: { parser: vueParser, parserOptions: { parser: tseslint.parser } } },
        {
          files: ['**/*.{ts,vue}'],
          plugins: { house: { rules: { arrows } } },
          rules: { 'house/arrows': 'error' },
          linterOptions: { reportUnusedDisableDirectives: 'off' },
        },
      ],
      allowInlineConfig: false,
    })
    const house = sources.filter((file) => /^(contract|electron|renderer)\/.*\.(ts|vue)$/.test(file))
    const results = await eslint.lintFiles(house)
    expect(results.length).toBe(house.length)
    const wrong = results.flatMap(({ filePath, messages }) => messages.map(({ line, message }) => `${path.relative(root, filePath)}:${line} ${message}`))
    expect(wrong).toEqual([])
  }, 120_000)
})

describe('includes of native/', () => {
  it('are right in every file', () => {
    expect(judgeTree()).toEqual([])
  })

  it('are judged', () => {
    expect(judgeIncludes('trt/builder.cpp', '#include "abi/call.h"\n#include <vector>\n#include "builder.h"')).toEqual([])
    expect(judgeIncludes('abi/call.h', '#include "../trt/builder.h"')).toHaveLength(1)
    expect(judgeIncludes('compare/metrics.cpp', '# include "napi/x.h"')).toHaveLength(1)
    expect(judgeIncludes('compare/metrics.cpp', '#include "../../test/x.h"')).toHaveLength(1)
    expect(judgeIncludes('trt/builder.cpp', '#include <napi.h>')).toHaveLength(1)
    expect(judgeIncludes('cuda/driver.cpp', '#include <dlfcn.h>')).toHaveLength(1)
    expect(judgeIncludes('loader/library.cpp', '#include <dlfcn.h>\n#include <windows.h>')).toEqual([])
    expect(judgeIncludes('trt/builder.cpp', '#include <NvInfer.h>')).toHaveLength(1)
  })
})
