/**
 * Models to begin with where nobody chose, by known provider, best first; as the providers listed them on 2026-11-23.
 * Names retire: `moa init` asks the providers what they serve now.
 */
export const SUGGESTED_MODELS: Readonly<Record<string, readonly string[]>> = {
  together: [
    'deepseek-ai/DeepSeek-V4-Pro',
    'Qwen/Qwen3.5-397B-A17B',
    'zai-org/GLM-5.3',
    'deepseek-ai/DeepSeek-V4.1-Flash',
    'google/gemma-4-31B-it',
    'meta-llama/Llama-3.3-70B-Instruct-Turbo',
  ],
  openai: ['gpt-5.6', 'gpt-5.4', 'gpt-5-mini'],
  openrouter: [
    'anthropic/claude-sonnet-5.5',
    'openai/gpt-5.6',
    'google/gemini-3.8-flash',
    'deepseek/deepseek-v4-pro',
    'qwen/qwen3.5-397b-a17b',
    'z-ai/glm-5.3',
  ],
  groq: ['openai/gpt-oss-120b', 'qwen/qwen3.8-27b', 'openai/gpt-oss-20b'],
  mistral: ['mistral-large-4', 'mistral-medium-latest', 'mistral-small-2506'],
  deepseek: ['deepseek-v4-pro', 'deepseek-flash'],
  fireworks: [
    'accounts/fireworks/models/deepseek-v4-pro',
    'accounts/fireworks/models/glm-5p3',
    'accounts/fireworks/models/gpt-oss-120b',
  ],
  cerebras: ['qwen-3.8-27b'],
  xai: ['grok-4.7', 'grok-4.3'],
  gemini: ['gemini-3.8-flash', 'gemini-3.1-pro-preview', 'gemini-2.5-flash'],
  anthropic: ['claude-sonnet-5-5', 'claude-haiku-4-5'],
}
