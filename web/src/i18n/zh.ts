import { chatZh } from './chat.zh.js'
import { recipesZh } from './recipes.zh.js'
import { runsZh } from './runs.zh.js'
import { statusZh } from './status.zh.js'
import type { MessageKey } from './index.js'

/** 中文界面文字。 */
export const zh = {
  ...chatZh,
  ...recipesZh,
  ...runsZh,
  ...statusZh,
  'app.title': '混合智能体',
  'app.skip': '跳到内容',
  'app.navigation': '主导航',
  'app.settings': '设置',
  'app.theme': '主题',
  'app.theme.system': '跟随系统',
  'app.theme.light': '浅色',
  'app.theme.dark': '深色',
  'app.language': '语言',
  'app.signOut': '退出登录',
  'app.loading': '正在加载…',
  'app.pageFailed': '此页面无法加载。',
  'app.notFound': '没有这个页面。',
  'app.retry': '重试',
  'app.unreachable': '无法连接网关。它在运行吗？',
  'app.close': '关闭',
  'app.copied': '已复制',
  'app.copyText': '复制：{what}',
  'app.copyFailed': '浏览器不允许此页面复制',
  'app.cancel': '取消',
  'page.chat': '对话',
  'page.runs': '运行',
  'page.recipes': '配方',
  'page.evaluations': '评测',
  'page.status': '状态',
  'page.unavailable': '此网关启动时未包含这一部分。',
  'signIn.key': 'API 密钥',
  'signIn.submit': '登录',
  'signIn.hint': '网关管理员可用 “moa keys create” 创建密钥。',
} as const satisfies Record<MessageKey, string>
