import type { PickleOrigin } from '../../../contract/run'

/** Python's own modules that pickles of models name. */
const standard = new Set(
  'argparse array ast builtins collections copy copyreg copy_reg __builtin__ dataclasses datetime decimal enum fractions functools itertools io json logging math numbers operator os pathlib posix nt random re string struct subprocess sys threading time types typing uuid warnings weakref'.split(
    ' ',
  ),
)
/** Packages that many publish models with: known by name, which says nothing of what is installed or of the file. */
const published = new Set(
  'accelerate apex diffusers dill detectron2 efficientnet_pytorch facenet_pytorch fairseq fastai fvcore gym gymnasium huggingface_hub hydra kornia lightning lightning_fabric mmcls mmcv mmdet mmengine mmpretrain mmseg monai nemo numpy omegaconf onnx open_clip pandas peft PIL pytorch_lightning pytorchvideo ray sb3_contrib scipy segmentation_models_pytorch segment_anything sklearn sparseml speechbrain stable_baselines3 tensordict timm torchaudio torch_geometric torchmetrics torchrl torchtext torchvision transformers ultralytics wandb xgboost yacs yolox'.split(
    ' ',
  ),
)

/**
 * Where a global comes from: its module, the package that the module belongs to, and whether that package is Python's
 * own, torch's, a published one, the script that saved the file, or none that is known here.
 */
export function originOf(full: string): PickleOrigin {
  const at = full.lastIndexOf('.')
  const module = at < 0 ? '' : full.slice(0, at)
  const root = module.split('.')[0] ?? ''
  const known = root === '__main__' ? 'script' : root === 'torch' ? 'torch' : standard.has(root) ? 'python' : published.has(root) ? 'published' : 'unknown'
  return { name: full, module, package: root, known }
}
