import type { Zip } from '../files/zip'
import { memberNamed, type Format } from './format'
import { PickleScan } from './pickle-scan'
import { survey } from './pickle/tensors'

/** TorchScript: torch's zip with code beside the pickles. Its own C++ reader takes it, not Python's. */
export const torchscript: Format = {
  match({ zip }) {
    if (zip === null || memberNamed(zip, 'constants.pkl') === null) return false
    const folder = memberNamed(zip, 'data.pkl')?.folder
    return folder !== undefined && [...zip.members.keys()].some((name) => name.startsWith(`${folder}code/`))
  },

  async describe({ file, zip, signal }) {
    if (zip === null) return { format: 'unknown' }
    const scan = new PickleScan(signal)
    await scan.zip(zip, file)
    const { pickle, findings } = scan.report(file.path, true)
    const name = memberNamed(zip, 'data.pkl')?.name
    const root = scan.pickles.find((each) => each.where === name)?.value
    const found = root === undefined ? null : survey(root)
    const facts: Record<string, string> = { tensors: String(found?.tensors.length ?? 0) }
    const code = [...zip.members.keys()].filter((member) => member.includes('/code/') && member.endsWith('.py'))
    facts['sources'] = String(code.length)
    const version = await archiveVersion(zip)
    if (version !== null) facts['archive'] = version
    return { format: 'torchscript', tensors: found?.tensors ?? null, pickle, findings, facts }
  },
}

/** The version of the archive's layout, which is all that TorchScript tells of the torch that wrote it. */
async function archiveVersion(zip: Zip): Promise<string | null> {
  const name = memberNamed(zip, 'version')?.name
  const member = name === undefined ? undefined : zip.members.get(name)
  if (member === undefined || member.size > 16) return null
  const text = (await zip.read(member, 16)).toString('latin1').trim()
  return /^\d{1,4}$/.test(text) ? text : null
}
