export { decodeResponsesRequest, type DecodedResponsesRequest } from './decode-request.js'
export { encodeResponsesBody, encodeResponsesUsage, type ResponsesIdentity } from './body.js'
export { ResponsesEncoder } from './stream.js'
