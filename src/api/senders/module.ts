import { Module } from '@nestjs/common';
import { SendersController } from './controller.js';
import { Mailer } from './mailer.js';
import { SendersService } from './service.js';
import { SenderTestService } from './testService.js';

@Module({
  controllers: [SendersController],
  providers: [SendersService, SenderTestService, Mailer],
  exports: [SendersService, Mailer],
})
export class SendersModule {}
