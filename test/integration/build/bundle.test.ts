import fs from 'node:fs'
import { builtinModules } from 'node:module'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { at } from '../../../build/lib/paths.mjs'

const renderer = at('out', 'renderer')

/** The scripts that a page needs before it shows anything: the entry and what it imports statically. */
function firstBundle(): string[] {
  const html = fs.readFileSync(path.join(renderer, 'index.html'), 'utf8')
  const open = [...html.matchAll(/(?:src|href)="\.?\/?([^"]+\.js)"/g)].map((match) => path.join(renderer, match[1] ?? ''))
  const seen = new Set<string>()
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (seen.has(file)) continue
    seen.add(file)
    // Minified: `import{a as b}from"./x.js"`, `import"./x.js"`, `export*from"./x.js"`; a dynamic import has a parenthesis.
    for (const match of fs.readFileSync(file, 'utf8').matchAll(/(?:import|from)\s*["'](\.[^"']+\.js)["']/g))
      open.push(path.join(path.dirname(file), match[1] ?? ''))
  }
  return [...seen]
}

describe('the bundles', () => {
  it('give the page its first scripts in less than 1 MB, minified', () => {
    const files = firstBundle()
    const bytes = files.reduce((sum, file) => sum + fs.statSync(file).size, 0)
    expect(files.length).toBeGreaterThan(0)
    expect(bytes).toBeGreaterThan(50_000)
    expect(bytes).toBeLessThan(1_000_000)
    // The charts wait for the first one to be drawn.
    expect(files.filter((file) => /echarts/.test(path.basename(file)))).toEqual([])
  })

  it.each(['main/index.js', 'main/engine-host.js', 'cli/index.js', 'cli/engine-host.js', 'preload/index.cjs'])(
    'leave nothing to be resolved at run time: %s',
    (name) => {
      const file = at('out', name)
      const folder = path.dirname(file)
      const chunks = fs.existsSync(path.join(folder, 'chunks'))
        ? fs.readdirSync(path.join(folder, 'chunks')).map((chunk) => path.join(folder, 'chunks', chunk))
        : []
      const wanted = [file, ...chunks].flatMap((script) =>
        [...fs.readFileSync(script, 'utf8').matchAll(/^(?:import\s.*?from\s*|import\s*|.*?\brequire\()["']([^"'./][^"']*)["']/gm)].map(
          (match) => match[1] ?? '',
        ),
      )
      const outside = [...new Set(wanted)].filter((source) => !source.startsWith('node:') && !isBuiltin(source))
      expect(outside.filter((source) => !['electron', 'onnxruntime-node'].includes(source))).toEqual([])
      if (name.startsWith('cli/')) expect(outside).not.toContain('electron')
    },
  )
})

const isBuiltin = (source: string): boolean => builtinModules.includes(source)
