export type SampleSource = 'random' | 'arrays' | 'images'

/** What a chosen path most likely holds, until it was looked at. */
export const guessSource = (path: string): SampleSource => (/\.(npz|npy|safetensors|pt|pth|bin|pb)$/i.test(path) ? 'arrays' : 'images')
