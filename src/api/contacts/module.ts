import { Module } from '@nestjs/common';
import { ContactsController } from './controller.js';
import { ContactDeliveriesService } from './deliveries.js';
import { ContactsService } from './service.js';

@Module({
  controllers: [ContactsController],
  providers: [ContactsService, ContactDeliveriesService],
  exports: [ContactsService],
})
export class ContactsModule {}
