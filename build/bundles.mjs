/** Packages that no bundle contains: Electron's own module and the one package with a native part. */
export const external = ['electron', 'onnxruntime-node']

/** What the bundles for Node have in common; Electron 33 brings Node 20.18. */
export const bundled = {
  target: 'node20.18',
  emptyOutDir: true,
  /** @type {false} */
  minify: false,
  /** @type {false} */
  sourcemap: false,
  reportCompressedSize: false,
  rolldownOptions: { external },
}
