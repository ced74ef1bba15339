import { Module } from '@nestjs/common';
import { RunsModule } from '../runs/module.js';
import { SendersModule } from '../senders/module.js';
import { CampaignCheckService } from './check.js';
import { CampaignsController } from './controller.js';
import { CampaignMailsService } from './mails.js';
import { CampaignsService } from './service.js';

@Module({
  imports: [RunsModule, SendersModule],
  controllers: [CampaignsController],
  providers: [CampaignsService, CampaignCheckService, CampaignMailsService],
})
export class CampaignsModule {}
