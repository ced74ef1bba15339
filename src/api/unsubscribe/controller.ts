import { Controller, Get, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '../common/roles.js';
import { htmlPagePolicy } from '../common/html.js';
import { confirmPage, donePage, unknownLinkPage } from './pages.js';
import { UnsubscribeService } from './service.js';

/** The links that every mail carries: a page to confirm on GET, unsubscribed on POST (also RFC 8058 one click). */
@ApiExcludeController()
@Controller('u')
export class UnsubscribeController {
  constructor(@Inject(UnsubscribeService) private readonly service: UnsubscribeService) {}

  @Get(':token')
  @Public()
  async page(@Param('token') token: string, @Res() reply: FastifyReply) {
    const found = await this.service.recipient(token);
    if (!found) return send(reply, 404, unknownLinkPage());
    const { email, reason } = found.recipient;
    return send(
      reply,
      200,
      reason === 'unsubscribed' || reason === 'complained' ? donePage(email) : confirmPage(email),
    );
  }

  @Post(':token')
  @RouteConfig({ access: 'public', receivesFile: true })
  async unsubscribe(@Param('token') token: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    request.raw.resume();
    const found = await this.service.recipient(token);
    if (!found) return send(reply, 404, unknownLinkPage());
    await this.service.unsubscribe(found);
    return send(reply, 200, donePage(found.recipient.email));
  }
}

async function send(reply: FastifyReply, status: number, page: string): Promise<void> {
  await reply
    .code(status)
    .type('text/html; charset=utf-8')
    .headers({ 'Content-Security-Policy': htmlPagePolicy, 'Cache-Control': 'no-store', 'X-Robots-Tag': 'noindex' })
    .send(page);
}
