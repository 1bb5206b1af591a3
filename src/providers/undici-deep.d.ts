/** The part of undici that is loaded by itself; the whole costs four times as much start-up time. */
declare module 'undici/lib/dispatcher/client.js' {
  import { Client } from 'undici'
  export = Client
}
