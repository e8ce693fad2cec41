"""RabbitMQ: the home of pika, whose exceptions never leave this package."""
