import { embedding } from './embedding.mjs';

export default embedding(2);
