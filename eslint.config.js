import vue from 'eslint-plugin-vue'
import tseslint from 'typescript-eslint'
import vueParser from 'vue-eslint-parser'
import { arrows } from './build/lint/arrows.js'

const signs = [
  '(',
  ')',
  ',',
  '.',
  '&',
  '+',
  '-',
  '=',
  '*',
  '/',
  '#',
  '%',
  '!',
  '?',
  ':',
  '[',
  ']',
  '{',
  '}',
  '<',
  '>',
  '·',
  '•',
  '–',
  '—',
  '|',
  '→',
  '×',
  '±',
  '≤',
  '≥',
  '…',
]
/** Keys, file endings and names of products. */
const sameInEveryLanguage = ['Ctrl K', 'Esc', 'F5', 'GPU', 'ONNX Runtime', 'sm', '.pt .pth .pt2 .safetensors .onnx .wts .engine']

const sources = ['contract/**/*.ts', 'electron/**/*.ts', 'renderer/**/*.{ts,vue}']
const typed = ['contract/**/*.ts', 'electron/**/*.ts']
const tests = ['test/**/*.ts']

export default tseslint.config(
  {
    ignores: [
      'node_modules/**',
      'out/**',
      'dist/**',
      '.venv/**',
      '.electron/**',
      '.cache/**',
      'native/build/**',
      'test-results/**',
      'coverage/**',
      '**/generated/**',
      '**/fixtures/**',
    ],
  },
  ...tseslint.configs.recommended,
  ...vue.configs['flat/recommended'],
  {
    plugins: { house: { rules: { arrows } } },
    rules: {
      'max-lines': ['error', { max: 400 }],
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx', 'hack'], location: 'anywhere' }],
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-var': 'error',
      'prefer-const': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' }],
    },
  },
  { files: sources, rules: { 'house/arrows': 'error' } },
  {
    files: typed,
    languageOptions: { parserOptions: { project: ['./tsconfig.node.json'], tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-unsafe-assignment': 'error',
      '@typescript-eslint/no-unsafe-return': 'error',
      '@typescript-eslint/no-unsafe-argument': 'error',
      '@typescript-eslint/no-unsafe-member-access': 'error',
      '@typescript-eslint/no-unsafe-call': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  // The core speaks through `log`: standard output belongs to the command line's one document.
  { files: ['electron/core/**/*.ts', 'contract/**/*.ts'], rules: { 'no-console': 'error' } },
  {
    files: ['**/*.vue'],
    languageOptions: { parser: vueParser, parserOptions: { parser: tseslint.parser, extraFileExtensions: ['.vue'] } },
    rules: {
      // Every word on the screen comes from i18n/, in both languages.
      'vue/no-bare-strings-in-template': ['error', { allowlist: [...signs, ...sameInEveryLanguage] }],
      'vue/multi-word-component-names': 'off',
      'vue/no-v-html': 'error',
      'no-undef': 'off',
    },
  },
  // prettier owns the layout of templates.
  vue.configs['no-layout-rules'],
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  { files: tests, rules: { '@typescript-eslint/no-unused-expressions': 'off' } },
)
