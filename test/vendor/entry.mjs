export * as rest from '@rocket.chat/rest-typings';
export { schemas } from '@rocket.chat/core-typings';
export { DDPSDK } from '@rocket.chat/ddp-client';
