import type { SomeFindings } from '../words'

/** Batches: their plans, folders and rows. */
export const batch = {
  PLAN_INVALID: {
    title: '计划无效',
    gist: ['{path} 不是有效的计划。', '计划无效。'],
    remedy: '请与 docs/schemas/plan.json 对照：计划包含一个配方、若干限制，以及各有一个路径的行。',
  },
  OUT_NOT_A_BATCH: {
    title: '该文件夹不是批处理',
    gist: ['{folder} 不能存放批处理的结果。', '该文件夹不能存放批处理的结果。'],
    remedy: '请选择空的或新的文件夹，或先前批处理的文件夹；此文件夹中未写入任何内容。',
  },
  BATCH_ROW_TIMEOUT: {
    title: '超过该行的时限',
    whole: '该模型用时超过每行允许的 {minutes} 分钟，已被结束。',
    gist: '该模型用时超过每行允许的时间，已被结束。',
    remedy: '请提高批处理的时限并重试该行；已完成的阶段会复用。',
  },
  BATCH_EMPTY: {
    title: '没有找到模型',
    whole: '没有找到模型：检查了 {files} 个文件。',
    gist: '没有找到模型。',
    remedy: '请选择含有 PyTorch、TorchScript、torch.export、safetensors 或 ONNX 文件的文件夹；各行说明每个文件是什么。',
  },
  BATCH_PASSED_OVER: {
    title: '未查看此项',
    gist: ['未查看 {path}。', '此项未被查看。'],
    remedy: '若它是模型，请直接给出该文件。',
  },
  BATCH_NOT_ALL_PASSED: {
    title: '并非所有模型都通过',
    whole: '{total} 个模型中 {pass} 个通过：{fail} 个未通过，{error} 个出错，{notJudged} 个未判定。',
    gist: '并非所有模型都通过。',
    remedy: ['请查看各行的发现；批处理的报告是 {report}。', '请查看各行的发现和批处理的报告。'],
  },
} as const satisfies SomeFindings
