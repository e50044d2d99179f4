import { isFolder } from '../disk'
import { tensorsDigest, testDataSets } from '../tensors'
import { filesDigest, imageFiles } from './images'

/**
 * Content hash of a file or folder of inputs: what a sample is made of.
 * @throws EnginesmithError as reading does
 */
export async function inputsDigest(path: string): Promise<string> {
  const images = (await isFolder(path)) && (await testDataSets(path)).length === 0 ? await imageFiles(path) : []
  return images.length > 0 ? filesDigest(images) : tensorsDigest(path)
}
