import { Module } from '@nestjs/common';
import { ContactsController } from './controller.js';
import { ContactsService } from './service.js';

@Module({ controllers: [ContactsController], providers: [ContactsService], exports: [ContactsService] })
export class ContactsModule {}
