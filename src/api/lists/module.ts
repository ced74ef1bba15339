import { Module } from '@nestjs/common';
import { ContactsModule } from '../contacts/module.js';
import { ListsController } from './controller.js';
import { ListsService } from './service.js';

@Module({ imports: [ContactsModule], controllers: [ListsController], providers: [ListsService] })
export class ListsModule {}
