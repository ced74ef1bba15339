import { Body, Controller, Delete, Get, Inject, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Answers, AnswersNothing, Creates, Refuses } from '../common/answers.js';
import { IfMatch, Versioned, type Precondition } from '../common/etag.js';
import { Requires } from '../common/roles.js';
import { idParam } from '../common/schemas.js';
import {
  createdUser,
  invitation,
  user,
  userInput,
  userPage,
  userChanges,
  userQuery,
  type UserInput,
  type UserPatch,
  type UserQuery,
} from './schemas.js';
import { UsersService } from './service.js';

@ApiTags('Users')
@Controller('api/v1/users')
export class UsersController {
  constructor(@Inject(UsersService) private readonly users: UsersService) {}

  @Get()
  @Requires('admin')
  @ApiOperation({ summary: 'List users, newest first' })
  @Answers(200, userPage, 'A page of users')
  list(@Query({ schema: userQuery }) query: UserQuery) {
    return this.users.list(query);
  }

  @Post()
  @Versioned('create')
  @Requires('admin')
  @ApiOperation({ summary: 'Create a user, with a password or an invitation' })
  @Creates(createdUser, 'The user; the token of the invitation is shown this once')
  @Refuses(409, 'Another user has this email address')
  create(@Body({ schema: userInput }) input: UserInput) {
    return this.users.create(input);
  }

  @Get(':id')
  @Versioned('read')
  @Requires('admin')
  @ApiOperation({ summary: 'Read a user' })
  @Answers(200, user, 'The user')
  get(@Param('id', { schema: idParam }) id: string) {
    return this.users.get(id);
  }

  @Patch(':id')
  @Versioned('write')
  @Requires('admin')
  @ApiOperation({
    summary: 'Change a user',
    description:
      'A new password, or disabling the user, ends all their sessions. A new role counts from their next request on.',
  })
  @Answers(200, user, 'The user as it is now')
  @Refuses(409, 'It is the last administrator, or another user has this email address')
  change(
    @Param('id', { schema: idParam }) id: string,
    @Body({ schema: userChanges }) patch: UserPatch,
    @IfMatch() condition: Precondition | undefined,
  ) {
    return this.users.change(id, patch, condition);
  }

  @Delete(':id')
  @Versioned('write')
  @Requires('admin')
  @ApiOperation({ summary: 'Delete a user' })
  @AnswersNothing('Deleted; the next request of each of their sessions is refused')
  @Refuses(409, 'It is the last administrator')
  delete(@Param('id', { schema: idParam }) id: string, @IfMatch() condition: Precondition | undefined) {
    return this.users.delete(id, condition);
  }

  @Post(':id/invitation')
  @Requires('admin')
  @ApiOperation({
    summary: 'Invite a user again',
    description:
      'With the token the user sets a new password, so this also helps somebody who has forgotten theirs. An earlier invitation stops working.',
  })
  @Answers(200, invitation, 'The invitation; its token is shown this once')
  invite(@Param('id', { schema: idParam }) id: string) {
    return this.users.invite(id);
  }

  @Post(':id/reset-second-factor')
  @Versioned('create')
  @Requires('admin')
  @ApiOperation({ summary: 'Let a user who has lost their authenticator sign in with the password alone' })
  @Answers(200, user, 'The user')
  resetSecondFactor(@Param('id', { schema: idParam }) id: string) {
    return this.users.resetSecondFactor(id);
  }
}
