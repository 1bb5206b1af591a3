import { describe, expect, it } from 'vitest'
import { MoaError } from '../core/index.js'
import { ProxyFailure, blameProxy, proxyAgentOptions } from './proxy.js'

describe('proxyAgentOptions', () => {
  it('leaves what is not stated empty, and takes the one proxy for both kinds of target', () => {
    expect(proxyAgentOptions({})).toEqual({ httpProxy: '', httpsProxy: '', noProxy: '' })
    const one = 'http://proxy:3128'
    expect(proxyAgentOptions({ http: one })).toMatchObject({ httpProxy: one, httpsProxy: one })
    expect(proxyAgentOptions({ https: one })).toMatchObject({ httpProxy: '', httpsProxy: one })
  })

  it('takes host and port without a scheme, as other programs do', () => {
    expect(proxyAgentOptions({ http: '127.0.0.1:3128', https: 'user:secret@proxy.corp:80' })).toMatchObject({
      httpProxy: 'http://127.0.0.1:3128',
      httpsProxy: 'http://user:secret@proxy.corp:80',
    })
  })

  it('puts IPv6 addresses to be reached directly into brackets, and nothing else', () => {
    const no = '::1, fe80::2,[::3]:80 example.org:443,10.0.0.1:8,*.corp'
    expect(proxyAgentOptions({ no }).noProxy).toBe(
      '[::1], [fe80::2],[::3]:80 example.org:443,10.0.0.1:8,*.corp',
    )
  })

  it.each(['::::', 'http://', 'ftp://proxy:21', 'socks5h://proxy:1080', 'http://me:pass word@host:99999'])(
    'refuses %j without quoting its credentials',
    (http) => {
      const attempt = (): unknown => proxyAgentOptions({ http })
      expect(attempt).toThrow(MoaError)
      expect(attempt).toThrow(/expected "http:\/\/host:port".*HTTP_PROXY/)
      expect(attempt).not.toThrow(/pass word/)
    },
  )
})

describe('blameProxy', () => {
  const options = proxyAgentOptions({ http: 'http://me:pass@10.0.0.9:3128' })
  const failed = (facts: object): Error => Object.assign(new Error('x'), facts)

  it.each([
    [
      '407',
      new Error('Proxy response (407) !== 200 when HTTP Tunneling'),
      /10\.0\.0\.9:3128.*407.*password/,
      false,
    ],
    ['502', new Error('Proxy response (502) !== 200 when HTTP Tunneling'), /HTTP 502/, true],
    ['silence', failed({ code: 'ECONNREFUSED', port: 3128 }), /10\.0\.0\.9:3128 does not answer/, true],
    ['no such name', failed({ code: 'ENOTFOUND', hostname: '10.0.0.9' }), /ENOTFOUND/, true],
    [
      'silence at every address',
      new AggregateError([failed({ code: 'ECONNREFUSED', port: 3128 })]),
      /does not answer/,
      true,
    ],
  ])('names the proxy: %s', (_what, error, message, retryable) => {
    const blamed = blameProxy(error, options) as ProxyFailure
    expect(blamed).toBeInstanceOf(ProxyFailure)
    expect(blamed.message).toMatch(message)
    expect(blamed.message).not.toMatch(/pass@/)
    expect(blamed.retryable).toBe(retryable)
  })

  it('leaves other failures alone', () => {
    for (const error of [failed({ code: 'ECONNRESET' }), failed({ code: 'ECONNREFUSED', port: 443 }), 'text'])
      expect(blameProxy(error, options)).toBe(error)
  })
})
