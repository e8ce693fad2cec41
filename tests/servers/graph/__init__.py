"""A double of Microsoft Graph's calendars: `server.GraphServer` is the way in."""
