import { Injectable } from '@nestjs/common';

/** Stands for the admin room in notices, whose id may be known only later. */
export const ADMIN_ROOM = 'rdzen:admin-room';

/** The private room that gets alerts; known once the chat server told its id. */
@Injectable()
export class AdminRoom {
  id?: string;
}
