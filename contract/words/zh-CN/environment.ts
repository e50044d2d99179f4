import type { SomeFindings } from '../words'

const setUp = '请运行 npm run setup，它会重新编译该模块。'
const runAgain = '请再运行一次；若反复出现，请连同该运行的日志报告。'

/** The machine, its processes, and the program itself. */
export const environment = {
  PYTHON_MISSING: {
    title: '未找到 Python',
    whole: '本机没有找到 Python：无法加载 PyTorch 文件；ONNX 文件仍可使用。',
    remedy: '请运行 npm run setup 创建一个，或在设置中或用 --python 选择。',
  },
  PYTHON_BROKEN: {
    title: '该 Python 无法使用',
    gist: ['{path} 处的 Python 无法使用。', '{python} 处的 Python 无法使用。', '该 Python 无法使用。'],
    remedy: '请选择其他 Python，或修复它；npm run setup 会创建一个可用的。',
  },
  TORCH_MISSING: {
    title: '该 Python 没有 torch',
    whole: ['{path} 处的 Python（{version}）没有 torch。', '{path} 处的 Python 没有 torch。'],
    gist: ['{python} 处的 Python 没有可用的 torch。', '所用的 Python 没有可用的 torch。'],
    remedy: ['请在其中安装（{path} -m pip install torch），或选择装有 torch 的 Python。', '请在其中安装 torch，或选择装有 torch 的 Python。'],
  },
  PACKAGE_MISSING: {
    title: '缺少 Python 包',
    whole: '此 Python 缺少包 {package}。',
    gist: '此 Python 缺少所需的包。',
    remedy: ['请在其中安装（pip install {package}），或再次运行 npm run setup。', '请在其中安装，或再次运行 npm run setup。'],
  },
  ADDON_MISSING: { title: '缺少原生模块', whole: '原生模块不存在：{path}', gist: '原生模块不存在。', remedy: setUp },
  ADDON_UNUSABLE: {
    title: '原生模块无法加载',
    gist: ['程序有 {files.length} 个文件与安装时不同：{files}。', '无法加载原生模块 {path}。', '无法加载原生模块。'],
    remedy: ['{?files}请重新安装 Enginesmith；不会执行已改动的文件。', setUp],
  },
  SETUP_MISSING: {
    title: '尚未运行安装步骤',
    gist: '缺少安装步骤所提供的内容。',
    remedy: '请运行：npm run setup',
  },
  ENVIRONMENT_DIFFERS: {
    title: '在其他环境中生成',
    whole: '{?saved}该文件保存时所用的版本与此 Python 中的不同，有 {differences.length} 处：见详情。',
    gist: ['这是在其他环境中生成的，有 {differences.length} 处不同。', '这是在其他环境中生成的。'],
    remedy: ['{?saved}若能加载，数值可能略有不同；若不能，请选择装有那些版本的 Python。', '数值可能略有不同。若要排除环境的影响，请在此重新运行前面的阶段。'],
  },
  ELECTRON_FALLBACK: {
    title: '正在使用备用 Electron',
    whole: '窗口运行在 Electron {electron} 上，因为无法下载 Electron {wanted}。功能不受影响，但该版本不再获得安全修复。',
    gist: '窗口运行在备用的 Electron 上。',
    remedy: '在能访问 Electron 发布的环境中：使用 Node 22.12 或更新版本，删除 .electron 文件夹，并运行 npm run setup。',
  },
  DISPLAY_MISSING: {
    title: '没有显示器',
    whole: '没有可打开窗口的显示器。',
    remedy: '请在桌面会话中启动，或设置 DISPLAY；报告是运行文件夹中的 report.html。',
  },
  HOST_CRASHED: {
    title: '引擎进程已停止',
    gist: ['引擎进程在 {method} 期间（{phase}）停止。', '引擎进程在 {method} 期间停止。', '引擎进程已停止。'],
    remedy: '请重新运行该阶段：会启动新的进程。若在同一处再次停止，请更换日志所指的选项或库。',
  },
  WORKER_CRASHED: {
    title: 'Python 进程已停止',
    gist: ['Python 进程在“{phase}”期间停止。', 'Python 进程已停止。'],
    remedy: '请再运行一次：会启动新的进程。若在同一处再次停止，请减小输入、释放内存，或换一个 Python。',
  },
  WORKER_PROTOCOL: {
    title: 'Python 进程返回了无效内容',
    gist: 'Python 进程没有按约定的方式通信。',
    remedy: '请再运行一次。若反复出现，请换一个 Python，或连同该运行的日志报告。',
  },
  APP_CRASHED: {
    title: '应用在此运行期间停止',
    whole: '程序在{stage}阶段期间结束：被强制结束、崩溃，或机器关机。',
    gist: '程序在运行期间结束。',
    remedy: '请重新运行：已完成的阶段会复用，没有保留未完成的内容。',
  },
  STAGE_TIMEOUT: {
    title: '在时限内没有响应',
    gist: ['{stage}阶段在时限内没有响应，已被结束（{phase}）。', '{stage}阶段在时限内没有响应，已被结束。', '该阶段在时限内没有响应，已被结束。'],
    remedy: '若确实需要这么久，请在设置中提高时限；否则请再运行一次。',
  },
  CANCELLED: { title: '已取消', whole: '尚未完成即被取消。', remedy: '请再运行一次；已完成的阶段会复用。' },
  INTERNAL: { title: '内部错误', gist: '程序内部的错误使其停止。', remedy: runAgain },
} as const satisfies SomeFindings
