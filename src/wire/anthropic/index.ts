export { decodeMessagesRequest } from './decode-request.js'
export { encodeMessagesBody, encodeMessagesUsage, type MessagesIdentity } from './body.js'
export { encodeMessagesError } from './error.js'
export { MessagesEncoder } from './stream.js'
