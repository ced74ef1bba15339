import { Body, Controller, Delete, Get, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../../config.js';
import { refuseOtherSites } from '../auth/crossSite.js';
import { sessionCookie } from '../auth/sessionCookie.js';
import { Answers, AnswersNothing, Refuses } from '../common/answers.js';
import { CurrentCaller, Public, Requires, type Caller } from '../common/roles.js';
import { CONFIG } from '../common/tokens.js';
import { user } from '../users/schemas.js';
import {
  acceptInput,
  confirmPasswordInput,
  enrolment,
  passwordInput,
  recoveryCodes,
  setupInput,
  setupState,
  signedIn,
  signInInput,
  totpInput,
  whoAmI,
  type AcceptInput,
  type ConfirmPasswordInput,
  type PasswordInput,
  type SetupInput,
  type SignedIn,
  type SignInInput,
  type TotpInput,
} from './schemas.js';
import { SessionService, type BegunSession } from './service.js';

const usersOnly = 'The role is not enough, or the caller is an API key';
const tooMany = 'Too many attempts of this account or client address; Retry-After says when the next may be made';

@ApiTags('Session')
@Controller('api/v1/session')
export class SessionController {
  constructor(
    @Inject(SessionService) private readonly session: SessionService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Get()
  @Requires('viewer')
  @ApiOperation({ summary: 'Who am I? Also for API keys' })
  @Answers(200, whoAmI, 'The caller')
  whoAmI(@CurrentCaller() caller: Caller) {
    return this.session.whoAmI(caller);
  }

  @Post()
  @Public()
  @ApiOperation({
    summary: 'Sign in',
    description:
      'Answers a session cookie (HttpOnly, SameSite=Lax; Secure over https). A session ends a day after its last use and two weeks after it began.',
  })
  @Answers(200, signedIn, 'Signed in')
  @Refuses(401, 'Not the right email address, password or code, or a code is needed too (the type says which)')
  @Refuses(403, 'The request comes from a page of another site')
  @Refuses(429, tooMany)
  async signIn(
    @Body({ schema: signInInput }) input: SignInInput,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    refuseOtherSites(request, this.config.publicUrl);
    return this.given(reply, await this.session.signIn(input, request));
  }

  @Delete()
  @Requires('viewer')
  @ApiOperation({ summary: 'Sign out' })
  @AnswersNothing('The session has ended, and the cookie is taken away')
  @Refuses(409, 'The caller is an API key')
  async signOut(@CurrentCaller() caller: Caller, @Res({ passthrough: true }) reply: FastifyReply) {
    await this.session.signOut(caller);
    void reply.header('Set-Cookie', sessionCookie(this.config.publicUrl, null));
  }

  @Get('setup')
  @Public()
  @ApiOperation({ summary: 'Is the first user still to be made?' })
  @Answers(200, setupState, 'Whether set-up is needed')
  setupState() {
    return this.session.setupState();
  }

  @Post('setup')
  @Public()
  @ApiOperation({
    summary: 'Make the first user, an administrator, and sign in',
    description:
      'The token is in the link that the API prints when it starts and there is no user. It works once and for a day.',
  })
  @Answers(200, signedIn, 'The user, signed in')
  @Refuses(401, 'The link has been used or has expired, or there is a user already')
  @Refuses(403, 'The request comes from a page of another site')
  async setup(
    @Body({ schema: setupInput }) input: SetupInput,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    refuseOtherSites(request, this.config.publicUrl);
    return this.given(reply, await this.session.setup(input, request));
  }

  @Post('invitation')
  @Public()
  @ApiOperation({ summary: 'Accept an invitation by setting a password', description: 'Sign in with it afterwards.' })
  @Answers(200, user, 'The user')
  @Refuses(401, 'The invitation has been used, has expired or was replaced')
  acceptInvitation(@Body({ schema: acceptInput }) input: AcceptInput, @Req() request: FastifyRequest) {
    return this.session.acceptInvitation(input, request);
  }

  @Post('password')
  @Requires('viewer')
  @ApiOperation({
    summary: 'Change my password',
    description: 'All my sessions end; the one that asks goes on with a new cookie.',
  })
  @Answers(200, signedIn, 'Changed')
  @Refuses(403, usersOnly)
  @Refuses(409, 'It was changed meanwhile')
  @Refuses(429, tooMany)
  async changePassword(
    @Body({ schema: passwordInput }) input: PasswordInput,
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.given(reply, await this.session.changePassword(input, caller, request));
  }

  @Post('totp')
  @Requires('viewer')
  @ApiOperation({ summary: 'Begin to set up an authenticator (TOTP, RFC 6238)' })
  @Answers(200, enrolment, 'The secret; it counts once it is confirmed')
  @Refuses(403, usersOnly)
  @Refuses(409, 'An authenticator is set up already')
  @Refuses(429, tooMany)
  enrolTotp(
    @Body({ schema: confirmPasswordInput }) input: ConfirmPasswordInput,
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
  ) {
    return this.session.enrolTotp(input.password, caller, request);
  }

  @Post('totp/confirm')
  @Requires('viewer')
  @ApiOperation({ summary: 'Confirm the authenticator with a code of it' })
  @Answers(200, recoveryCodes, 'From now on signing in needs a code; these replace a lost authenticator')
  @Refuses(403, usersOnly)
  @Refuses(409, 'No authenticator is being set up, or one is set up already')
  confirmTotp(@Body({ schema: totpInput }) input: TotpInput, @CurrentCaller() caller: Caller) {
    return this.session.confirmTotp(input.totp, caller);
  }

  @Post('totp/disable')
  @Requires('viewer')
  @ApiOperation({ summary: 'Give up the authenticator' })
  @AnswersNothing('The password alone signs in')
  @Refuses(403, usersOnly)
  @Refuses(429, tooMany)
  disableTotp(
    @Body({ schema: confirmPasswordInput }) input: ConfirmPasswordInput,
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
  ) {
    return this.session.disableTotp(input.password, caller, request);
  }

  private given(reply: FastifyReply, begun: BegunSession): SignedIn {
    void reply.header('Set-Cookie', sessionCookie(this.config.publicUrl, begun.token));
    return begun.answer;
  }
}
