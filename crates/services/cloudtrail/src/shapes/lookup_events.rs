use shape::{Integer, List, Optional, Required, Text, Time};

shape::forms! {
    pub Date: Time {}
    pub EventText: Text {}
    pub NextToken: Text {}
    pub MaxResults: Integer { min: 1, max: 50 }
    pub LookupAttributeValue: Text { min: 1, max: 2000 }
    pub LookupAttributesList: List<LookupAttribute> {}
    pub EventsList: List<Event> {}
    pub ResourceList: List<Resource> {}
}

shape::enumeration! {
    pub enum LookupAttributeKey {
        EventId = "EventId",
        EventName = "EventName",
        ReadOnly = "ReadOnly",
        Username = "Username",
        ResourceType = "ResourceType",
        ResourceName = "ResourceName",
        EventSource = "EventSource",
        AccessKeyId = "AccessKeyId",
    }
}

/// What a structure holds before it is filled in.
impl Default for LookupAttributeKey {
    fn default() -> Self {
        Self::EventId
    }
}

shape::enumeration! {
    pub enum EventCategory {
        Insight = "insight",
    }
}

shape::structure! {
    pub struct LookupAttribute {
        attribute_key: Required<LookupAttributeKey> = "AttributeKey",
        attribute_value: Required<LookupAttributeValue> = "AttributeValue",
    }
}

shape::structure! {
    pub struct LookupEventsRequest {
        lookup_attributes: Optional<LookupAttributesList> = "LookupAttributes",
        start_time: Optional<Date> = "StartTime",
        end_time: Optional<Date> = "EndTime",
        event_category: Optional<EventCategory> = "EventCategory",
        max_results: Optional<MaxResults> = "MaxResults",
        next_token: Optional<NextToken> = "NextToken",
    }
}

shape::structure! {
    pub struct LookupEventsResponse {
        events: Optional<EventsList> = "Events",
        next_token: Optional<NextToken> = "NextToken",
    }
}

shape::structure! {
    pub struct Event {
        event_id: Optional<EventText> = "EventId",
        event_name: Optional<EventText> = "EventName",
        read_only: Optional<EventText> = "ReadOnly",
        access_key_id: Optional<EventText> = "AccessKeyId",
        event_time: Optional<Date> = "EventTime",
        event_source: Optional<EventText> = "EventSource",
        username: Optional<EventText> = "Username",
        resources: Optional<ResourceList> = "Resources",
        cloud_trail_event: Optional<EventText> = "CloudTrailEvent",
    }
}

shape::structure! {
    pub struct Resource {
        resource_type: Optional<EventText> = "ResourceType",
        resource_name: Optional<EventText> = "ResourceName",
    }
}

shape::operation! {
    pub LookupEvents(LookupEventsRequest) -> LookupEventsResponse,
    errors [
        InvalidLookupAttributesException, InvalidTimeRangeException, InvalidMaxResultsException,
        InvalidNextTokenException, InvalidEventCategoryException, UnsupportedOperationException,
        OperationNotPermittedException,
    ]
}
