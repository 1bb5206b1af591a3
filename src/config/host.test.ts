import { describe, expect, it } from 'vitest'
import { withShortPaths } from './host.js'

describe.skipIf(process.platform === 'win32')('paths as people read them', () => {
  const host = { home: '/home/ada', cwd: '/home/ada/a+b' }
  it('begin at the working directory or at the home folder', () => {
    expect(withShortPaths('/home/ada/a+b/moa.config.yaml:3:1: no', host)).toBe('moa.config.yaml:3:1: no')
    expect(withShortPaths('in /home/ada/.config/moa/config.yaml and /etc/moa', host)).toBe(
      'in ~/.config/moa/config.yaml and /etc/moa',
    )
  })

  it('stay as they are where only a part of a name fits', () => {
    for (const text of ['/mnt/home/ada/x', '/home/adam/x', '/home/ada', 'https://host/home/ada/x'])
      expect(withShortPaths(text, host)).toBe(text)
    expect(withShortPaths('/etc/x', { home: '/', cwd: '/' })).toBe('/etc/x')
  })
})
