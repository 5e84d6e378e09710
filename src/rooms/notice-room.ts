import { Injectable } from '@nestjs/common';

/** The room that hears of every switch; known once the chat server told its id. */
@Injectable()
export class NoticeRoom {
  id?: string;
}
